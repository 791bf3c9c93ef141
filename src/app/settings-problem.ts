interface Refusal {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

/** The first thing that is wrong with the settings of a source, with its place in them. */
export function settingsProblem({ issues: [issue] }: Refusal): string {
  return `${issue?.path.map(String).join('.') || 'settings'}: ${issue?.message ?? 'not valid'}`;
}
