/** The types of a query's parameters and columns: few, since a store checks 400,000 rows with them. */
export interface Shape<T> {
  /** As the header of the Cypher file says it. */
  readonly name: string;
  accepts(value: unknown): value is T;
}

const shape = <T>(name: string, accepts: (value: unknown) => boolean): Shape<T> => ({
  name,
  accepts: accepts as Shape<T>['accepts'],
});

export const text = shape<string>('text', (value) => typeof value === 'string');
export const number = shape<number>('number', (value) => typeof value === 'number');
export const integer = shape<number>('integer', Number.isSafeInteger);
export const flag = shape<boolean>('flag', (value) => typeof value === 'boolean');
/** A row of properties, as a write takes it. */
export const map = shape<Readonly<Record<string, unknown>>>(
  'map',
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

/** A row of values by place, where maps would repeat their names a hundred thousand times. */
export const list = shape<readonly unknown[]>('list', Array.isArray);

export const optional = <T>(inner: Shape<T>): Shape<T | null> =>
  shape(`${inner.name}?`, (value) => value === null || value === undefined || inner.accepts(value));

/** Looks at the first item only: the rest was made by the same hand. */
export const listOf = <T>(inner: Shape<T>): Shape<readonly T[]> =>
  shape(`list of ${inner.name}`, (value) => Array.isArray(value) && (value.length === 0 || inner.accepts(value[0])));

export type Shapes = Readonly<Record<string, Shape<unknown>>>;
export type ValuesOf<S extends Shapes> = { readonly [K in keyof S]: S[K] extends Shape<infer T> ? T : never };
