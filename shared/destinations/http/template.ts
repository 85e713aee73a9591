/** Placeholders in the texts of a description. Plain substitution: nothing is evaluated. */

/** The values a placeholder may name. A list stands for itself only where a JSON text is nothing else. */
export type TemplateValues = Readonly<Record<string, string | readonly Json[]>>;

const PLACEHOLDER = /\{\{\s*([\w.]+)\s*(?:\|\s*(number|json)\s*)?\}\}/g;
const ONLY_NUMBER = /^\{\{\s*([\w.]+)\s*\|\s*number\s*\}\}$/;
const ONLY_VALUE = /^\{\{\s*([\w.]+)\s*\}\}$/;

export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** All texts of a description's call: its values and the keys of its objects. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...textsIn(item)]);
}

/** Whether a text has braces that are no placeholder: a misspelt one would be sent as it stands. */
export function hasStrayBraces(template: string): boolean {
  return /\{\{|\}\}/.test(template.replace(PLACEHOLDER, ''));
}

/** The names of all placeholders in a text. */
export function placeholdersIn(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].flatMap(([, name]) => name ?? []);
}

/**
 * A text with its placeholders filled in, unescaped; `{{name | json}}` as JSON writes a text, quotes
 * included, for JSON within a query or a form.
 * @throws TypeError when a placeholder names no value: a description is checked before it is used.
 */
export function fillText(template: string, values: TemplateValues): string {
  return template.replace(PLACEHOLDER, (_, name: string, filter?: string) =>
    filter === 'json' ? JSON.stringify(valueOf(name, values)) : valueOf(name, values),
  );
}

/**
 * A path with its placeholders filled in, each percent-encoded as one segment; undefined when a value
 * cannot be one. Empty, `.` and `..` would change the path, and no encoding protects them; half a
 * character has no encoding.
 */
export function fillPath(template: string, values: TemplateValues): string | undefined {
  const names = placeholdersIn(template);
  if (!names.every((name) => canBeSegment(valueOf(name, values)))) return undefined;
  return template.replace(PLACEHOLDER, (_, name: string) =>
    encodeURIComponent(valueOf(name, values)),
  );
}

function canBeSegment(value: string): boolean {
  return !/^\.{0,2}$/.test(value) && value.isWellFormed();
}

/**
 * A JSON value whose texts are filled in. A text that is nothing but `{{name | number}}` becomes a
 * number, unless the value is none (then the text, which the third party refuses with its own words);
 * one that is nothing but the placeholder of a list becomes that list.
 */
export function fillJson(template: Json, values: TemplateValues): Json {
  if (typeof template === 'string') return fillJsonText(template, values);
  if (template === null || typeof template !== 'object') return template;
  if (isArray(template)) return template.map((item) => fillJson(item, values));
  return Object.fromEntries(
    Object.entries(template).map(([key, item]) => [fillText(key, values), fillJson(item, values)]),
  );
}

function fillJsonText(template: string, values: TemplateValues): Json {
  const name = ONLY_VALUE.exec(template)?.[1] ?? '';
  const list = Object.hasOwn(values, name) ? values[name] : undefined;
  if (typeof list === 'object') return list;
  const numeric = ONLY_NUMBER.exec(template)?.[1];
  if (numeric === undefined) return fillText(template, values);
  const text = valueOf(numeric, values);
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text ? number : text;
}

function valueOf(name: string, values: TemplateValues): string {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (typeof value === 'string') return value;
  throw new TypeError(`The template names {{${name}}}, which has no value here.`);
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
