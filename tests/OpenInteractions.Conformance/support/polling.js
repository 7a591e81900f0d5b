import { get } from './http.js';

const going = ['queued', 'in_progress'];

/** Polls, as clients do, until the interaction has ended. */
export async function ended(id, { seconds = 30, everyMs = 40, base } = {}) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const interaction = await get(id, '', { base });
    if (!going.includes(interaction.status)) {
      return interaction;
    }

    if (Date.now() > end) {
      throw new Error(`'${id}' is still ${interaction.status} after ${seconds} s.`);
    }

    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
