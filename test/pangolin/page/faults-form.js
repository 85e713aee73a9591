/** @import { FaultsView } from '../page-api/view.ts' */
/** @import { FaultField, FaultKind } from './fault-kinds.js' */
import { byId, element, setText } from './elements.js';
import { faultKinds } from './fault-kinds.js';
import { request } from './requests.js';

/** The switches of the faults. What Pangolin says is in force counts, not what was clicked. */
export function createFaultsForm() {
  /** @type {FaultsView | undefined} */
  let inForce;
  const error = byId('faults-error', HTMLElement);
  const endAll = byId('end-faults', HTMLButtonElement);

  /** @param {Promise<unknown>} change */
  const apply = async (change) => {
    setText(error, '');
    try {
      show(/** @type {FaultsView} */ (await change));
    } catch (problem) {
      setText(error, problem instanceof Error ? problem.message : 'It did not work.');
      if (inForce !== undefined) show(inForce);
    }
  };
  const rows = faultKinds.map((kind) =>
    createRow(kind, (isOn, values) => {
      const { retryAfterSeconds, ...others } = inForce ?? {};
      const kept = kind.id === 'error429' ? {} : { retryAfterSeconds };
      const change = isOn ? kind.on(values) : kind.off;
      void apply(request('PUT', '/page/faults', { ...others, ...kept, ...change }));
    }),
  );
  byId('fault-rows', HTMLElement).append(...rows.map(({ fieldset }) => fieldset));
  endAll.addEventListener('click', () => void apply(request('DELETE', '/page/faults')));

  /** @param {FaultsView} faults */
  const show = (faults) => {
    inForce = faults;
    for (const row of rows) row.show(faults);
    const words = faultKinds.map((kind) => kind.inForce(faults)).filter((text) => text !== '');
    const note = byId('faults-note', HTMLElement);
    setText(note, words.length === 0 ? 'None in force.' : `In force: ${words.join(' · ')}`);
    note.classList.toggle('active', words.length > 0);
    endAll.disabled = words.length === 0;
  };
  return { show };
}

/**
 * @param {FaultKind} kind
 * @param {(isOn: boolean, values: readonly string[]) => void} onChange
 */
function createRow(kind, onChange) {
  const fieldset = element('fieldset', '', 'fault');
  const label = element('label', '', 'switch');
  const toggle = element('input');
  Object.assign(toggle, { type: 'checkbox', id: `fault-${kind.id}` });
  toggle.setAttribute('role', 'switch');
  label.append(toggle, element('span', kind.label));
  const parts = kind.fields.map((field) => ({ field, input: newInput(kind, field) }));
  const inputs = parts.map(({ input }) => input);
  let isInForce = false;
  const values = () => inputs.map(({ value }) => value.trim());
  const change = () => {
    const needed = inputs.find((input) => !input.checkValidity());
    if (!toggle.checked) onChange(false, values());
    else if (needed === undefined) onChange(true, values());
    else {
      toggle.checked = isInForce;
      needed.reportValidity();
    }
  };
  toggle.addEventListener('change', change);
  for (const input of inputs) {
    input.addEventListener('change', () => {
      if (toggle.checked) change();
    });
  }
  const fields = element('div', '', 'fault-fields');
  fields.append(...parts.map(({ field, input }) => withWords(input, field)));
  fieldset.append(label, fields);

  return {
    fieldset,
    /** @param {FaultsView} faults */
    show(faults) {
      const isOn = kind.inForce(faults) !== '';
      toggle.checked = isOn;
      isInForce = isOn;
      fieldset.classList.toggle('active', isOn);
      for (const { field, input } of parts) {
        const isBeingTyped = input === document.activeElement;
        if (isOn && !isBeingTyped) input.value = field.read(faults);
      }
    },
  };
}

/**
 * @param {FaultKind} kind
 * @param {FaultField} field
 */
function newInput(kind, { label, max, initial, optional = false }) {
  const input = element('input');
  Object.assign(input, { value: initial, autocomplete: 'off', required: !optional });
  input.setAttribute('aria-label', `${kind.label}: ${label}`);
  if (max === undefined) input.placeholder = `${label}, by commas`;
  else {
    const [min, step] = max === 100 ? ['0.01', 'any'] : [optional ? '0' : '1', '1'];
    Object.assign(input, { type: 'number', min, max: String(max), step });
  }
  return input;
}

/**
 * An input with what stands before and after it.
 * @param {HTMLInputElement} input
 * @param {FaultField} field
 */
function withWords(input, { label, max, unit, optional = false }) {
  const wrapper = element('span', '', max === undefined ? 'field wide' : 'field');
  const words = (/** @type {string} */ text) => (text === '' ? [] : [element('span', text)]);
  wrapper.append(...words(optional ? label : ''), input, ...words(unit));
  return wrapper;
}
