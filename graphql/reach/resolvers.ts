import { askOutage } from '../../src/app/outage.ts';
import { askChokePoints, askExposure, askPath, askReach } from '../../src/app/reach.ts';
import type { Level } from '../../src/model/kinds.ts';
import type { Context } from '../context.ts';
import { pageSize } from '../pages.ts';
import { reachFields } from './fields.ts';

const entityOf = ({ key }: { key: string }, _: unknown, { loaders }: Context) => loaders.entity.load(key);

export const reach = {
  Query: {
    attackReach: async (_: unknown, { subjects, max = 1000 }: { subjects: string[]; max?: number }, { app }: Context) =>
      reachFields(await askReach(app, subjects, { max })),
    exposure: (_: unknown, { target, max = 1000 }: { target: string; max?: number }, { app }: Context) =>
      askExposure(app, target, { max }),
    path: (_: unknown, { from, to, level = 'read' }: { from: string; to: string; level?: Level }, { app }: Context) =>
      askPath(app, { from, to, level }),
    chokePoints: async (_: unknown, { target, first }: { target?: string | null; first?: number }, { app }: Context) =>
      (await askChokePoints(app, { limit: pageSize(first, 20), ...(target != null && { target }) })).items,
    outage: (_: unknown, { dead, connections = 'ended' }: { dead: string[]; connections?: 'ended' | 'kept' }, { app }: Context) =>
      askOutage(app, dead, { connections }),
  },
  ReachItem: { entity: entityOf },
  ExposureItem: { entity: entityOf },
};
