/** Another name of at most so many bytes: `app` → `app_2` → `app_3`. */
export function nextName(name: string, mostBytes: number): string {
  const number = /_(\d{1,6})$/.exec(name);
  const stem = number ? name.slice(0, -number[0].length) : name;
  const next = `_${number ? Number(number[1]) + 1 : 2}`;
  let cut = stem;
  while (Buffer.byteLength(cut + next, 'utf8') > mostBytes) cut = cut.slice(0, -1);
  return cut + next;
}
