/** GraphiQL, for development. The page holds nothing of the estate: what it asks needs a token, like any request. */
import type { IncomingMessage } from 'node:http';
import { renderGraphiQL } from 'graphql-yoga';

/** A browser that opens an address: it cannot send a token then. */
export const wantsGraphiql = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' && headers.accept?.includes('text/html') === true;

/** Its program comes from unpkg.com. The token of the headers' editor is kept in no storage of the browser. */
export const graphiqlPage = (): string =>
  renderGraphiQL({
    title: 'interlock',
    headers: JSON.stringify({ authorization: 'Bearer <of: interlock token create>' }, null, 2),
    defaultEditorToolsVisibility: 'headers',
    shouldPersistHeaders: false,
  });
