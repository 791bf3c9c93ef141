/** Results in the order of the tasks, while the next ones are under way already. */
export async function* inOrder<T>(tasks: readonly (() => Promise<T>)[], ahead: number): AsyncGenerator<T> {
  const running: Promise<T>[] = [];
  for (let next = 0; next < tasks.length || running.length > 0; ) {
    while (running.length < ahead && next < tasks.length) {
      const started = (tasks[next++] as () => Promise<T>)();
      // Its turn may come after an earlier one has thrown: then nobody waits for it.
      started.catch(() => {});
      running.push(started);
    }
    yield await (running.shift() as Promise<T>);
  }
}
