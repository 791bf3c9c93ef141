import { openManagement, whoAmI } from '../../apis/rabbitmq/management.ts';
import type { RabbitmqApiSettings } from '../../apis/rabbitmq/settings.ts';
import type { Checked } from '../../ports/checked.ts';

/** What steps would be refused for; only reads. */
export async function* checkBroker(settings: RabbitmqApiSettings, signal: AbortSignal): AsyncGenerator<Checked> {
  await using api = await openManagement(settings, signal);
  const { name, tags } = await api.read('/whoami', whoAmI);
  if (!tags.includes('administrator'))
    yield {
      type: 'missing',
      text: `rabbitmq ${api.place}: "${name}" may not change users: rabbitmqctl set_user_tags ${name} administrator`,
    };
  yield { type: 'works', text: `rabbitmq ${api.place} as "${name}"` };
}
