#!/usr/bin/env node
/** The command line: parses, loads the one command that was asked for, and turns errors into one clear line and an exit code. */
import { CommanderError, Command as Parser } from 'commander';
import { type Command, EXIT, type Exit, type Io } from './cli/command.ts';
import { commands } from './cli/index.ts';
import { isExpected } from './model/errors.ts';
import { printable } from './model/printable.ts';
import { version } from './version.ts';

export async function main(words: readonly string[], io: Io): Promise<number> {
  let exit: Exit = EXIT.done;
  const program = new Parser('interlock')
    .description('Finds what a credential can reach, who breaks when it dies, and in which order to revoke.')
    .version(version)
    .option('--config <file>', 'configuration file (default: ./interlock.yaml)')
    .option('--json', 'exactly one JSON document on stdout')
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .showHelpAfterError('(see interlock --help)')
    .exitOverride();
  for (const command of commands)
    add(program, command, io, (code) => {
      exit = code;
    });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exit;
  } catch (error) {
    return fail(error, io);
  }
}

function add(program: Parser, command: Command, io: Io, ended: (exit: Exit) => void): void {
  const parser = program
    .command(command.usage ? `${command.name} ${command.usage}` : command.name)
    .description(command.summary)
    .option('--config <file>', 'configuration file (default: ./interlock.yaml)')
    .option('--json', 'exactly one JSON document on stdout');
  for (const [flags, description, fallback] of command.options ?? []) parser.option(flags, description, fallback);
  parser.action(async () => {
    const { loadConfig } = await import('./config.ts');
    const { run } = await command.load();
    const options = parser.optsWithGlobals<Record<string, unknown>>();
    const file = options['config'] as string | undefined;
    ended(await run({ arguments: parser.args, options, config: () => loadConfig({ file }), io, role: command.role }));
  });
}

function fail(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const known = isExpected(error) || (error instanceof Error && (error.name === 'ZodError' || isOfSystem(error)));
  if (known) io.err(`interlock: ${printable(error.message)}\n`);
  else
    io.err(
      `interlock: an error of the program, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  return error instanceof Error && error.name === 'UsageError' ? EXIT.usage : EXIT.failed;
}

/** A file that is not there, a full disk: nothing that the program can cure. */
const isOfSystem = (error: Error): boolean => 'syscall' in error && 'code' in error;

function processIo(): Io {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  process.once('SIGTERM', () => interrupt.abort());
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
    signal: interrupt.signal,
  };
}

// A closed pipe (`interlock export | head`) ends the program quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.exitCode = await main(process.argv.slice(2), processIo());
