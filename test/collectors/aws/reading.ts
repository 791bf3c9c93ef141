/** Collects a folder that a test writes. */
import { awsCollector } from '../../../src/collectors/aws/collector.ts';
import { collecting, type Outcome } from '../../contracts/collecting.ts';
import { sampleFolder } from '../files/sample-folder.ts';

export async function reading(files: Record<string, string | Buffer>): Promise<Outcome> {
  await using folder = await sampleFolder(files);
  return await collecting(awsCollector, { files: folder.root });
}
