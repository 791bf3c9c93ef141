import { z } from 'zod';
import type { KeycloakAdmin } from '../../apis/keycloak/admin.ts';
import { shaped } from '../files/shape.ts';

export interface Asking {
  readonly admin: KeycloakAdmin;
  readonly realm: string;
  readonly signal: AbortSignal;
}

/** All items of a paged list. */
export async function listed<T>({ admin, signal }: Asking, below: string, schema: z.ZodType<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of admin.pages(below, signal))
    for (const one of shaped(z.array(schema), page, { path: decodeURIComponent(below) })) all.push(one);
  return all;
}
