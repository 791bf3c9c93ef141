import { type ExecuteContext, ledgerDraft } from './run.ts';

type PauseContext = Pick<ExecuteContext, 'store' | 'wallClock' | 'newId'>;

/** Stops all execution, of every process on this store, at the next step boundary. */
export const pauseExecution = (context: PauseContext, actor: string): Promise<void> =>
  context.store.setPaused(true, ledgerDraft({ context, actor }, 'pause', {}));

/** Lets execution begin again; what was stopped goes on when it is executed again. */
export const resumeExecution = (context: PauseContext, actor: string): Promise<void> =>
  context.store.setPaused(false, ledgerDraft({ context, actor }, 'resume', {}));
