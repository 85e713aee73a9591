import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { alerts, tileTitles } from './monitoring-files.ts';

const page = readFileSync('docs/runbook.md', 'utf8');
const [, aboutAlerts = ''] = /^## Alerts\n([\s\S]*?)^## /m.exec(page) ?? [];
const sections = new Map(
  aboutAlerts
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [heading = ''] = section.split('\n', 1);
      return [heading, section.slice(heading.length)];
    }),
);

test('every alert has its section, and every section its alert', () => {
  const titles = alerts().map(({ title }) => title);
  expect(titles.length).toBeGreaterThan(15);
  expect([...sections.keys()].sort()).toEqual(titles.sort());
});

test('an alert is called by its title in Terraform too, so that its link is that of the section', () => {
  for (const { key, title } of alerts()) {
    expect(title.toLowerCase().replaceAll(' ', '_')).toBe(key);
  }
});

describe.each(alerts())('$title', ({ title, severity }) => {
  const section = sections.get(title) ?? '';

  test('has the severity of the alert', () => {
    expect(/^`(\w+)`$/m.exec(section)?.[1]).toBe(severity);
  });

  test('says what it means, how to look, what to do, and when it is over', () => {
    const parts = [...section.matchAll(/^\*\*(.+?)\*\*/gm)].map(([, part]) => part);
    expect(parts).toEqual(['What it means.', 'How to look.', 'What to do.', 'It is over when']);
  });

  test('shows where to look: a tile, a query of the log or a command', () => {
    const [, look = ''] = /How to look\.([\s\S]*?)\*\*What to do/.exec(section) ?? [];
    expect(look).toMatch(/“.+\?”/s);
    expect(look).toMatch(/^(?:jsonPayload|severity|npm run -s audience-relay)/m);
  });
});

test('tiles that it names are on the dashboard', () => {
  const named = [...page.matchAll(/“([^”]+)”/g)].map(([, name = '']) => name.replace(/\s+/g, ' '));
  const tiles = tileTitles();
  expect(named.filter((name) => !tiles.includes(name) && name !== 'quotes')).toEqual([]);
});

test('events that it names are those of the log', () => {
  const written = readFileSync('shared/log-events.ts', 'utf8');
  const queries = [...page.matchAll(/jsonPayload\.event=("\w+"|\([^)]*\))/g)];
  const events = queries.flatMap(([query]) => [...query.matchAll(/"(\w+)"/g)]);
  expect(events.length).toBeGreaterThan(15);
  const unknown = events.filter(([, event = '']) => !written.includes(`event: '${event}'`));
  expect(unknown).toEqual([]);
});

test('inputs of the module that it names exist', () => {
  const variables = readFileSync('terraform/variables.tf', 'utf8');
  const inputs = [...page.matchAll(/`(?:intake\.)?([a-z]+(?:_[a-z0-9]+)+)(?: = [^`]+)?`/g)]
    .map(([, name = '']) => name)
    .filter((name) => !isNoInput(name));
  expect(inputs.length).toBeGreaterThan(10);
  expect(
    inputs.filter((name) => !new RegExp(`"${name}"|^ +${name} +=`, 'm').test(variables)),
  ).toEqual([]);
});

/** Whether it is a name of another kind: an event, an output, a word of Pub/Sub. */
function isNoInput(name: string): boolean {
  const outputs = readFileSync('terraform/outputs.tf', 'utf8');
  return (
    readFileSync('shared/log-events.ts', 'utf8').includes(`'${name}'`) ||
    outputs.includes(`output "${name}"`) ||
    ['remote_server_4xx', 'remote_server_5xx', 'deadline_exceeded'].includes(name)
  );
}
