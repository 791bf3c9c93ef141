/** A whole number of things in words: `1 key`, `2 keys`, `1,204 keys`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
