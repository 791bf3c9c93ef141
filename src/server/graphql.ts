/** GraphQL over HTTP and SSE: yoga with limits, masked errors and no surprises. */
import { randomUUID } from 'node:crypto';
import { EnvelopArmor } from '@escape.tech/graphql-armor';
import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention';
import { useDisableIntrospection } from '@graphql-yoga/plugin-disable-introspection';
import { type DefinitionNode, GraphQLError, Kind } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Context, Viewer } from '../../graphql/context.ts';
import { createLoaders } from '../../graphql/loaders.ts';
import { schema } from '../../graphql/schema.ts';
import type { ComposedApp } from '../compose.ts';
import { isExpected } from '../model/errors.ts';
import { LIMITS } from './limits.ts';
import type { Metrics } from './metrics.ts';

export interface GraphqlOptions {
  readonly app: ComposedApp;
  readonly metrics: Metrics;
  readonly development: boolean;
  /** Ends subscriptions when the server stops. */
  readonly closing: AbortSignal;
}

/** What our own HTTP layer knows of a request. */
interface ServerContext {
  readonly viewer: Viewer;
}

export function createGraphql({ app, metrics, development, closing }: GraphqlOptions) {
  return createYoga<ServerContext, Context>({
    schema,
    graphqlEndpoint: '/graphql',
    graphiql: false,
    landingPage: false,
    logging: false,
    multipart: false,
    maskedErrors: { maskError: (error) => mask(error, app) },
    context: ({ request, viewer }) => {
      const signal = AbortSignal.any([request.signal, closing]);
      return { app: { ...app, actor: viewer.name }, viewer, loaders: createLoaders(app.store), signal };
    },
    plugins: [
      ...armor(),
      useCSRFPrevention({ requestHeaders: ['x-graphql-yoga-csrf'] }),
      introspection(development),
      counting(metrics),
    ],
  });
}

function armor(): Plugin[] {
  const protection = new EnvelopArmor({
    maxDepth: { n: LIMITS.depth, flattenFragments: true },
    costLimit: { maxCost: LIMITS.cost, flattenFragments: true },
    maxAliases: { n: LIMITS.aliases },
    maxDirectives: { n: LIMITS.directives },
    maxTokens: { n: LIMITS.tokens },
    blockFieldSuggestion: { enabled: true },
  }).protect();
  return protection.plugins as unknown as Plugin[];
}

/** The schema is public in its repository; a running server shows it to administrators and in development. */
const introspection = (development: boolean): Plugin =>
  useDisableIntrospection({
    isDisabled: (_, context) => !development && (context as unknown as ServerContext).viewer.role !== 'admin',
  });

function counting(metrics: Metrics): Plugin {
  return {
    onExecute: ({ args }) => ({
      onExecuteDone: ({ result }) => {
        const definition = args.document.definitions.find((one: DefinitionNode) => one.kind === Kind.OPERATION_DEFINITION);
        const isError = typeof result === 'object' && result !== null && 'errors' in result && result.errors !== undefined;
        metrics.operation(definition && 'operation' in definition ? String(definition.operation) : 'query', isError);
      },
    }),
  };
}

/** Expected errors are said; anything else is an id, and a line in the log. */
function mask(error: unknown, app: ComposedApp): Error {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  if (original instanceof GraphQLError) return original;
  if (isExpected(original)) {
    const path = error instanceof GraphQLError ? error.path : undefined;
    return new GraphQLError(original.message, { ...(path && { path }), extensions: { code: 'REFUSED' } });
  }
  const id = randomUUID();
  app.log.error('a request failed', { id, error: original instanceof Error ? original.stack : String(original) });
  return new GraphQLError(`internal error ${id}; the server's log has the cause under this id`, {
    extensions: { code: 'INTERNAL', id },
  });
}
