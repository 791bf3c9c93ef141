/** Which keys of a Secret containers see of a volume. https://kubernetes.io/docs/concepts/storage/volumes/#using-subpath */
import type { PodSpec } from './shapes.ts';

type Mount = PodSpec['containers'][number]['volumeMounts'][number];
/** A key and the file that it becomes: without any, each key is a file of its name. */
interface Item {
  readonly key: string;
  readonly path?: string | undefined;
}

/** `mounts`: of the volume, in all containers. Undefined: all keys. */
export function mountedKeys(items: readonly Item[], mounts: readonly Mount[]): readonly string[] | undefined {
  const paths = mounts.length === 0 ? undefined : pathsOf(mounts);
  if (!paths) return items.length > 0 ? items.map(({ key }) => key) : undefined;
  if (items.length === 0) return paths;
  return items
    .filter(({ key, path: file = key }) => paths.some((path) => file === path || file.startsWith(`${path}/`)))
    .map(({ key }) => key);
}

/** Undefined where one of them shows the whole volume, or what is known only when it runs. `..data` is the folder of all files. */
function pathsOf(mounts: readonly Mount[]): readonly string[] | undefined {
  const paths = mounts.map(({ subPath, subPathExpr }) => (subPathExpr ? '' : (subPath ?? '').replace(/^(?:\.\/)+|\/+$/g, '')));
  return paths.some((path) => path === '' || path === '.' || path.startsWith('..')) ? undefined : [...new Set(paths)];
}
