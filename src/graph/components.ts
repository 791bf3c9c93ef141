/** Strongly connected components by Tarjan, without recursion: linear. */

/** Edges of vertex v are `targets[starts[v] .. starts[v + 1])`. */
export interface Adjacency {
  readonly starts: Uint32Array;
  readonly targets: Uint32Array;
}

export interface Components {
  readonly count: number;
  /** Component by vertex. What a component leads to has a lower number: children come first. */
  readonly of: Int32Array;
}

export function components({ starts, targets }: Adjacency): Components {
  const order = starts.length - 1;
  const of = new Int32Array(order).fill(-1);
  const number = new Uint32Array(order);
  const low = new Uint32Array(order);
  const cursor = starts.slice(0, order);
  const open = new Uint32Array(order);
  const calls = new Uint32Array(order);
  let count = 0;
  let openTop = 0;
  let numbered = 0;
  const begin = (vertex: number, callTop: number): void => {
    number[vertex] = low[vertex] = ++numbered;
    open[openTop++] = vertex;
    calls[callTop] = vertex;
  };
  const close = (root: number): void => {
    let vertex: number;
    do {
      vertex = open[--openTop]!;
      of[vertex] = count;
    } while (vertex !== root);
    count++;
  };
  for (let root = 0; root < order; root++) {
    if (number[root]) continue;
    let depth = 0;
    begin(root, depth);
    while (depth >= 0) {
      const vertex = calls[depth]!;
      if (cursor[vertex]! < starts[vertex + 1]!) {
        const next = targets[cursor[vertex]!++]!;
        if (!number[next]) begin(next, ++depth);
        else if (of[next] === -1 && number[next]! < low[vertex]!) low[vertex] = number[next]!;
        continue;
      }
      if (low[vertex] === number[vertex]) close(vertex);
      if (--depth >= 0 && low[vertex]! < low[calls[depth]!]!) low[calls[depth]!] = low[vertex]!;
    }
  }
  return { count, of };
}
