/** One word for a POSIX shell, whatever the text holds: names come from other people's systems. Control characters become `?`. */
export const shellQuote = (text: string): string =>
  `'${text.replaceAll(/[\u0000-\u001f\u007f]/g, '?').replaceAll("'", "'\\''")}'`;

/** A comment of one line. */
export const shellComment = (text: string): string => `# ${text.replaceAll(/[\u0000-\u001f\u007f\u2028\u2029]/g, ' ')}`;
