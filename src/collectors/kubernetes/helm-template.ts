/** Templates of Helm among manifests: they say nothing of a cluster until they are rendered. */

const ACTION = /\{\{/;
/** What only a chart has; other programs have `{{ … }}` of their own in texts of manifests, and those are read. */
const OF_A_CHART =
  /\{\{-?\s*(?:\.(?:Values|Release|Chart|Capabilities)\b|include\s+"|template\s+"|(?:if|with|range|else if)\s[^}]*\.(?:Values|Release|Chart|Capabilities)\b)/;
const SEPARATOR = /^---(?:\s|$)/;

/** Which documents of a text are templates, by the line where each begins or is broken. */
export class HelmTemplates {
  /** The first line of each document, and its text. */
  readonly #documents: readonly { readonly line: number; readonly text: string }[];

  constructor(text: string) {
    const documents: { line: number; lines: string[] }[] = [{ line: 1, lines: [] }];
    if (ACTION.test(text))
      for (const [index, line] of text.split('\n').entries()) {
        if (SEPARATOR.test(line)) documents.push({ line: index + 1, lines: [] });
        documents.at(-1)?.lines.push(line);
      }
    this.#documents = documents.map(({ line, lines }) => ({ line, text: lines.join('\n') }));
  }

  /** `isBroken`: the document is no YAML, and any action may be why. */
  isTemplate(line: number, isBroken: boolean): boolean {
    const found = this.#documents.findLast((document) => document.line <= line);
    return found !== undefined && (isBroken ? ACTION : OF_A_CHART).test(found.text);
  }
}

export const templateWarning = (place: string): string =>
  `${place}: a Helm template: not read until it is rendered; put what \`helm template\` prints beside it`;
