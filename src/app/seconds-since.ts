import type { App } from './app.ts';

/** How long something took, to the millisecond. */
export const secondsSince = ({ wallClock }: Pick<App, 'wallClock'>, began: Date): number =>
  Math.max(0, wallClock().getTime() - began.getTime()) / 1000;
