import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Our own port to metrics: what the server says, whatever library says it. */
export interface Metrics {
  request(route: string, status: number, seconds: number): void;
  operation(kind: string, isError: boolean): void;
  graph(generation: number, entities: number, relationships: number): void;
  /** Prometheus text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

export function createMetrics(): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'interlock_http_request_seconds',
    help: 'Time to answer, by route and status.',
    labelNames: ['route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  });
  const operations = new Counter({
    name: 'interlock_graphql_operations_total',
    help: 'GraphQL operations, by kind and outcome.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const size = new Gauge({
    name: 'interlock_graph_size',
    help: 'Entities and relationships of the graph.',
    labelNames: ['what'],
    registers,
  });
  const generation = new Gauge({ name: 'interlock_graph_generation', help: 'Committed collections.', registers });
  return {
    request: (route, status, seconds) => requests.observe({ route, status: String(status) }, seconds),
    operation: (kind, isError) => operations.inc({ kind, outcome: isError ? 'error' : 'ok' }),
    graph(number, entities, relationships) {
      generation.set(number);
      size.set({ what: 'entities' }, entities);
      size.set({ what: 'relationships' }, relationships);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
