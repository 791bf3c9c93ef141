import type { RelationshipName } from './entity.ts';

/** A relationship as one text, `source KIND target`: how change feed, history, errors and maps name it. */
export const relationshipId = ({ source, kind, target }: RelationshipName): string => `${source} ${kind} ${target}`;
