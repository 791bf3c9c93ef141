/** `[kind:][namespace/]name`, without regard to case. https://backstage.io/docs/features/software-catalog/references */

export interface EntityReference {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface ReferenceDefaults {
  /** Absent where the field takes things of several kinds, and has to say which. */
  readonly kind?: string;
  readonly namespace: string;
}

/** Undefined for what is no reference. All lower case. */
export function referenceOf(text: string, { kind, namespace }: ReferenceDefaults): EntityReference | undefined {
  const [, ofKind = kind, inNamespace = namespace, name] =
    /^(?:([^:/\s]+):)?(?:([^:/\s]+)\/)?([^:/\s]+)$/.exec(text.trim()) ?? [];
  if (ofKind === undefined || name === undefined) return undefined;
  return { kind: ofKind.toLowerCase(), namespace: inNamespace.toLowerCase(), name: name.toLowerCase() };
}

export const referenceText = ({ kind, namespace, name }: EntityReference): string => `${kind}:${namespace}/${name}`;
