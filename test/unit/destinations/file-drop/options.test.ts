import { describe, expect, it } from '@jest/globals';
import { parseFileDropOptions } from '../../../../shared/destinations/file-drop/options.ts';
import { ConfigurationError } from '../../../../shared/errors.ts';

function problemsOf(options: unknown): readonly string[] {
  try {
    parseFileDropOptions(options);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('the options of the file drop', () => {
  it('have defaults', () => {
    expect(parseFileDropOptions({ directory: '/drops' })).toEqual({
      place: { directory: '/drops' },
      format: 'tsv',
      operations: 'column',
      rollMs: 120_000,
      rollBytes: 100_000_000,
      rollMembers: 1_000_000,
    });
    const place = { bucket: 'drops-of-mapp', prefix: 'a/b.c/' };
    expect(parseFileDropOptions(place)).toMatchObject({ place });
    expect(parseFileDropOptions({ bucket: 'drops' })).toMatchObject({ place: { prefix: '' } });
  });

  it.each([undefined, {}, { directory: '/a', bucket: 'abc' }])('name one place: %j', (options) => {
    expect(problemsOf(options)).toEqual(['DESTINATION_OPTIONS: needs either directory or bucket']);
  });

  it.each([
    [{ directory: 'drops' }, 'directory'],
    [{ bucket: 'gs://drops' }, 'bucket'],
    [{ bucket: 'drops', prefix: '/a/' }, 'prefix'],
    [{ bucket: 'drops', prefix: 'a' }, 'prefix'],
    [{ bucket: 'drops', prefix: 'a/../' }, 'prefix'],
    [{ directory: '/a', prefix: 'a/' }, 'prefix'],
    [{ directory: '/a', rollSeconds: 9 }, 'rollSeconds'],
    [{ directory: '/a', rollSeconds: 301 }, 'rollSeconds'],
    [{ directory: '/a', rollBytes: 0 }, 'rollBytes'],
    [{ directory: '/a', rollMembers: 1.5 }, 'rollMembers'],
    [{ directory: '/a', operations: 'none' }, 'operations'],
    [{ directory: '/a', format: 'xml' }, 'format'],
    [{ directory: '/a', format: 'moloco-audience-feed', operations: 'column' }, 'operations'],
    [{ directory: '/a', folder: 'b' }, 'folder'],
  ])('are refused: %j', (options, name) => {
    const problems = problemsOf(options);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^DESTINATION_OPTIONS\\.${name}: \\S`));
  });

  it('are refused with all problems at once', () => {
    const options = { directory: 'a', bucket: 'gs://', rollSeconds: 1, b: 1, c: 2 };
    expect(problemsOf(options)).toHaveLength(6);
    expect(problemsOf('text')).not.toHaveLength(0);
  });
});
