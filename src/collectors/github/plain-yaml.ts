/**
 * Plain YAML → nodes that know their line, several times faster than by way of a document that keeps everything. Plain is nearly every
 * workflow: one document without anchors, aliases, tags, directives and merges, whose keys are words that stand once.
 */
import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import { isScalar, Schema } from 'yaml';
import type { YamlMap, YamlNode, YamlScalar } from '../../iam/github/node.ts';

/** What is longer is for the other reader to refuse. */
const MOST_TEXT = 1024 * 1024;
/** Readers differ on a return that ends a line on its own, a tab that begins one, and spaces without an end after the last. */
const IS_DISPUTED = /\r(?!\n)|(?:^|\n) *\t|\n +$/;

/** Undefined for what is not plain, and for what is broken: it is to be read by whoever can say what is wrong, and where. */
export function plainYaml(text: string): YamlNode | undefined {
  if (text.length > MOST_TEXT || IS_DISPUTED.test(text)) return undefined;
  const events = eventsOf(text);
  return events?.every(isPlain) ? new Reading(text, events).document() : undefined;
}

/** Whatever the reader throws, the text is not plain. */
function eventsOf(text: string): Event[] | undefined {
  try {
    return parseEvents(text, {});
  } catch {
    return undefined;
  }
}

const NOWHERE = -1;

function isPlain(event: Event): boolean {
  if (event.type === EVENT_ID.POP) return true;
  if (event.type === EVENT_ID.DOCUMENT) return event.directives.length === 0;
  return event.type !== EVENT_ID.ALIAS && event.anchorStart === NOWHERE && event.tagStart === NOWHERE;
}

/** Takes the events one after the other; their places only grow. */
class Reading {
  readonly #text: string;
  readonly #events: readonly Event[];
  #at = 0;
  #line = 1;
  #lineEnd: number;

  constructor(text: string, events: readonly Event[]) {
    this.#text = text;
    this.#events = events;
    this.#lineEnd = text.indexOf('\n');
  }

  document(): YamlNode | undefined {
    if (this.#next()?.type !== EVENT_ID.DOCUMENT) return undefined;
    const root = this.#node();
    const isOver = this.#next()?.type === EVENT_ID.POP && this.#at === this.#events.length;
    return isOver && root?.type !== 'scalar' ? root : undefined;
  }

  #next(): Event | undefined {
    return this.#events[this.#at++];
  }

  #isAtEnd(): boolean {
    if (this.#events[this.#at]?.type !== EVENT_ID.POP) return false;
    this.#at++;
    return true;
  }

  /** Undefined for a node that is nowhere in the text. */
  #node(): YamlNode | undefined {
    const event = this.#next();
    if (event?.type === EVENT_ID.SCALAR) return this.#scalar(event);
    if (event?.type === EVENT_ID.MAPPING) return this.#map(this.#lineAt(event.start));
    return event?.type === EVENT_ID.SEQUENCE ? this.#list(this.#lineAt(event.start)) : undefined;
  }

  #list(line: number): YamlNode | undefined {
    const items: YamlNode[] = [];
    while (!this.#isAtEnd()) {
      const item = this.#node();
      if (!item) return undefined;
      items.push(item);
    }
    return { type: 'list', line, items };
  }

  #map(line: number): YamlNode | undefined {
    const entries = new Map<string, YamlNode>();
    while (!this.#isAtEnd()) {
      const key = this.#node();
      if (key?.type !== 'scalar') return undefined;
      const name = String(key.value);
      const value = this.#valueOf(key);
      if (!value || name === '<<' || entries.has(name)) return undefined;
      entries.set(name, value);
    }
    return { type: 'map', line, entries: [...entries] satisfies YamlMap['entries'] };
  }

  /** A key without a value has none in its own line. */
  #valueOf(key: YamlScalar): YamlNode | undefined {
    const event = this.#events[this.#at];
    if (event?.type !== EVENT_ID.SCALAR || event.valueStart !== NOWHERE) return this.#node();
    this.#at++;
    return { type: 'scalar', line: key.line, value: null };
  }

  #scalar(event: ScalarEvent): YamlScalar | undefined {
    if (event.valueStart === NOWHERE) return undefined;
    const isBlock = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
    // A block begins with `|` or `>`, in the line before its text.
    const line = this.#lineAt(isBlock ? event.valueStart - 1 : event.valueStart);
    const text = getScalarValue(this.#text, event);
    return { type: 'scalar', line, value: event.style === SCALAR_STYLE.PLAIN ? plainValue(text) : text };
  }

  #lineAt(offset: number): number {
    while (this.#lineEnd >= 0 && this.#lineEnd < offset) {
      this.#line++;
      this.#lineEnd = this.#text.indexOf('\n', this.#lineEnd + 1);
    }
    return this.#line;
  }
}

/** What plain scalars of YAML 1.2 may mean besides text, as the other reader has it. */
const MEANINGS = new Schema({ schema: 'core' }).tags.flatMap((tag) =>
  tag.collection === undefined && tag.default === true && tag.test ? [{ test: tag.test, resolve: tag.resolve }] : [],
);
/** As they begin. */
const MAY_MEAN = /^[-+.~\dnNtTfF]/;

function plainValue(text: string): YamlScalar['value'] {
  const meaning = MAY_MEAN.test(text) ? MEANINGS.find(({ test }) => test.test(text)) : undefined;
  if (!meaning) return text;
  const found = meaning.resolve(text, () => {}, {});
  const value = (isScalar(found) ? found.value : found) as YamlScalar['value'];
  return typeof value === 'number' && !Number.isFinite(value) ? text : value;
}
