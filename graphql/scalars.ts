import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped } from 'graphql';

function readTime(value: unknown): string {
  const time = typeof value === 'string' ? new Date(value) : undefined;
  if (!time || Number.isNaN(time.getTime())) throw new GraphQLError('DateTime: expected a time such as 2026-03-14T09:00:00Z');
  return time.toISOString();
}

export const scalars = {
  DateTime: new GraphQLScalarType({
    name: 'DateTime',
    serialize: (value) => value,
    parseValue: readTime,
    parseLiteral: (node) => readTime(node.kind === Kind.STRING ? node.value : undefined),
  }),
  JSON: new GraphQLScalarType({
    name: 'JSON',
    serialize: (value) => value,
    parseValue: (value) => value,
    parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
  }),
};
