/** Collects from the server in its first argument, with the app's key and the spool in the folder of its second, until it is killed. */
import path from 'node:path';
import { githubCollector } from '../../../src/collectors/github/collector.ts';
import { collecting } from '../../contracts/collecting.ts';

const [, , baseUrl = '', folder = ''] = process.argv;
const live = { org: 'acme', appId: 5, privateKeyFile: path.join(folder, 'app.pem'), baseUrl, spool: path.join(folder, 'spool') };
await collecting(githubCollector, { live });
