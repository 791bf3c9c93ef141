/** One word for a POSIX shell, whatever the text holds: names come from other people's systems. Control characters become `?`. */
export const shellQuote = (text: string): string =>
  `'${text.replaceAll(/[\u0000-\u001f\u007f]/g, '?').replaceAll("'", "'\\''")}'`;

/** The text bare, to be read easily, where nothing in it means anything to a shell; else quoted. */
export const shellWord = (text: string): string => (/^[\w./:@%+][\w./:@%+=-]*$/.test(text) ? text : shellQuote(text));

/** A comment of one line. */
export const shellComment = (text: string): string => `# ${text.replaceAll(/[\u0000-\u001f\u007f\u2028\u2029]/g, ' ')}`;
