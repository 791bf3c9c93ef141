import { GraphQLError } from 'graphql';
import { ROLES, type RoleName } from '../src/ports/store.ts';
import type { Context } from './context.ts';

/** A resolver for those who have at least this role. */
export function atLeast<S, A, R>(
  role: RoleName,
  resolve: (source: S, args: A, context: Context) => R,
): (source: S, args: A, context: Context) => R {
  return (source, args, context) => {
    if (ROLES.indexOf(context.viewer.role) < ROLES.indexOf(role)) {
      throw new GraphQLError(`needs the role ${role}; ${context.viewer.name} is ${context.viewer.role}`, {
        extensions: { code: 'FORBIDDEN' },
      });
    }
    return resolve(source, args, context);
  };
}
