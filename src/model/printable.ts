/** Controls, breaks of lines, and marks that turn the direction of what follows. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** One line that is safe to show: names come from other systems, and what steers a terminal must not reach one. */
export const printable = (text: string): string => text.replace(UNPRINTABLE, '�');

/** The same of a page: a name with a line break in it begins no line of its own. */
export const printableLines = (lines: readonly string[]): string => lines.map(printable).join('\n');
