/**
 * What a client has after reading events: the steps, the status and the usage. This is our own reading of the contract and shares nothing
 * with the server, so that the two can disagree.
 */
export class Fold {
  #steps = [];
  #arguments = [];
  id;
  status;
  usage;
  errors = [];
  lastEventId;

  static of(events) {
    const fold = new Fold();
    for (const event of events) {
      fold.add(event);
    }

    return fold;
  }

  get steps() {
    return this.#steps.filter((step) => step !== undefined);
  }

  add(event) {
    this.lastEventId = event.event_id ?? this.lastEventId;
    switch (event.event_type) {
      case 'interaction.created':
        this.id = event.interaction.id;
        this.status = event.interaction.status;
        break;
      case 'interaction.status_update':
        this.status = event.status;
        break;
      case 'step.start':
        // A second start for an index replaces what was assembled for it: the first attempt was cut.
        this.#steps[event.index] = startOf(event.step);
        this.#arguments[event.index] = '';
        break;
      case 'step.delta':
        this.#apply(event.index, event.delta);
        break;
      case 'step.stop':
        if (this.#arguments[event.index]) {
          this.#steps[event.index].arguments = JSON.parse(this.#arguments[event.index]);
        }

        break;
      case 'interaction.completed':
        this.status = event.interaction.status;
        this.usage = event.interaction.usage;
        break;
      case 'error':
        this.errors.push(event.error);
        break;
      default:
        throw new Error(`The contract has no event '${event.event_type}'.`);
    }
  }

  #apply(index, delta) {
    const step = this.#steps[index];
    if (!step) {
      throw new Error(`A delta for step ${index}, which has not started.`);
    }

    switch (delta.type) {
      case 'text':
        addText(step.content, delta.text);
        break;
      case 'text_annotation_delta':
        (step.content.at(-1).annotations ??= []).push(...delta.annotations);
        break;
      case 'thought_summary':
        step.summary ??= [];
        delta.content.type === 'text' ? addText(step.summary, delta.content.text) : step.summary.push(delta.content);
        break;
      case 'thought_signature':
        step.signature = delta.signature;
        break;
      case 'arguments_delta':
        this.#arguments[index] += delta.arguments;
        break;
      case 'image': case 'audio': case 'video': case 'document':
        step.content.push(delta);
        break;
      default:
        Object.assign(step, delta, { type: step.type });
    }
  }
}

function startOf(shell) {
  const step = structuredClone(shell);
  if (step.type === 'model_output') {
    step.content ??= [];
  }

  return step;
}

function addText(blocks, text) {
  if (blocks.at(-1)?.type === 'text') {
    blocks.at(-1).text += text;
  } else {
    blocks.push({ type: 'text', text });
  }
}

/** The steps that the turn made: what a get shows without the user's own. */
export const madeSteps = (interaction, given = 1) => interaction.steps.slice(given);
