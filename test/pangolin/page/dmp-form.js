/** @import { DmpView, PlayAnswer } from '../page-api/view.ts' */
import { createUsersChoice, usersPerRequest } from './dmp-users.js';
import { byId, element, setText } from './elements.js';
import { request } from './requests.js';
import { count, counted } from './words.js';

/** The buttons that play the DMP. */
export function createDmpForm() {
  const audience = byId('audience', HTMLInputElement);
  const name = byId('create-name', HTMLInputElement);
  const id = byId('create-id', HTMLInputElement);
  const stop = byId('stop', HTMLButtonElement);
  const progress = byId('progress', HTMLProgressElement);
  const buttons = ['validate', 'create', 'add', 'remove'].map((button) =>
    byId(button, HTMLButtonElement),
  );
  const users = createUsersChoice();
  let intakeIsKnown = false;
  let isPlaying = false;
  let stopping = new AbortController();
  id.value = newAudienceId();

  const enable = () => {
    // Read out as unavailable, but still there to be reached: a focused button must not vanish.
    for (const button of buttons) {
      button.disabled = !intakeIsKnown;
      button.setAttribute('aria-disabled', String(isPlaying || !intakeIsKnown));
    }
  };
  /** @param {() => Promise<void>} scene */
  const play = async (scene) => {
    if (isPlaying || !intakeIsKnown) return;
    isPlaying = true;
    enable();
    try {
      await scene();
    } catch (error) {
      showOutcome('Not sent', error instanceof Error ? error.message : 'It did not work.');
    } finally {
      isPlaying = false;
      stop.hidden = true;
      progress.hidden = true;
      enable();
    }
  };

  byId('validate', HTMLButtonElement).addEventListener('click', () => {
    void play(async () => {
      showAnswer('VALIDATE', await send('validate', {}));
    });
  });
  byId('create-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    void play(async () => {
      const answer = await send('create', { audience: id.value, name: name.value });
      showAnswer('CREATE_AUDIENCE', answer);
      if (answer.status !== 200) return;
      audience.value = id.value;
      id.value = newAudienceId();
    });
  });
  byId('members-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    const isRemoval = event.submitter?.id === 'remove';
    void play(() => mutate(isRemoval ? 'remove' : 'add', users()));
  });
  stop.addEventListener('click', () => {
    stopping.abort();
  });

  /**
   * @param {'add' | 'remove'} operation
   * @param {readonly string[]} all
   */
  const mutate = async (operation, all) => {
    const call = operation === 'add' ? 'ADD_TO_AUDIENCE' : 'REMOVE_FROM_AUDIENCE';
    const id = audience.value;
    const startedAt = performance.now();
    stopping = new AbortController();
    const { signal } = stopping;
    Object.assign(progress, { max: all.length, value: 0, hidden: false });
    stop.hidden = all.length <= usersPerRequest;
    for (let sent = 0; sent < all.length; sent += usersPerRequest) {
      const batch = all.slice(sent, sent + usersPerRequest);
      const answer = await send(operation, { audience: id, users: batch });
      const done = sent + batch.length;
      progress.value = done;
      if (answer.status !== 200 || signal.aborted || done === all.length) {
        const durationMs = Math.round(performance.now() - startedAt);
        const all200 = answer.status === 200 ? done : sent;
        const note = `${count(all200)} of ${counted(all.length, 'user')} taken`;
        const last = done > usersPerRequest ? '; the last answer:' : '';
        showAnswer(`${call}: ${note}`, { ...answer, durationMs }, last);
        return;
      }
    }
  };

  return {
    /** @param {DmpView} dmp */
    show({ intakeUrl, audiences }) {
      if (intakeIsKnown !== (intakeUrl !== null)) {
        intakeIsKnown = intakeUrl !== null;
        enable();
      }
      const note =
        intakeUrl === null
          ? 'Nobody told this Pangolin where intake is. Start it with npm start to play the DMP here.'
          : `Signed calls to ${intakeUrl}, in micro-batches of ${usersPerRequest} users.`;
      setText(byId('intake-note', HTMLElement), note);
      showAudiences(audiences);
      const [newest] = audiences;
      if (audience.value === '' && newest !== undefined) audience.value = newest.id;
    },
  };
}

/** @param {DmpView['audiences']} audiences */
function showAudiences(audiences) {
  const options = byId('audiences', HTMLDataListElement);
  const ids = audiences.map(({ id }) => id).join('\n');
  if (options.dataset['ids'] === ids) return;
  options.dataset['ids'] = ids;
  options.replaceChildren(
    ...audiences.map(({ id, name }) => {
      const option = element('option', name);
      option.value = id;
      return option;
    }),
  );
}

/**
 * @param {string} call
 * @param {object} body
 */
async function send(call, body) {
  return /** @type {PlayAnswer} */ (await request('POST', `/page/play/${call}`, body));
}

/**
 * @param {string} what
 * @param {PlayAnswer} answer
 * @param {string} [more]
 */
function showAnswer(what, { status, body, durationMs }, more = '') {
  const text = body === undefined ? '' : JSON.stringify(body);
  showOutcome(`${status}`, `${what}, ${count(durationMs)} ms${more}`, text);
}

/**
 * @param {string} status
 * @param {string} words
 * @param {string} [body]
 */
function showOutcome(status, words, body = '') {
  const line = element('p');
  line.append(element('span', status, `status ${status === '200' ? 'good' : 'bad'}`), ` ${words}`);
  const parts = body === '' ? [line] : [line, element('code', body)];
  byId('outcome', HTMLElement).replaceChildren(...parts);
}

function newAudienceId() {
  return `page.${Math.random().toString(36).slice(2, 10)}`;
}
