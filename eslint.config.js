import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const environmentOnlyInConfig = {
  object: 'process',
  property: 'env',
  message: 'Read the environment in shared/config.ts and pass the value in.',
};

export default defineConfig(
  { ignores: ['dist/', 'artifacts/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'max-params': 'off',
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      'no-console': 'error',
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } },
      ],
      'no-restricted-properties': ['error', environmentOnlyInConfig],
    },
  },
  {
    // Scripts of the browser: types come from JSDoc, and say which names exist there.
    files: ['test/pangolin/page/*.js', 'test/browser/in-page/*.js'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: 'test/pangolin/page/tsconfig.json' } },
    rules: {
      'no-undef': 'off',
      'max-params': ['error', { max: 3 }],
      'no-console': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['shared/config.ts', 'test/setup/**/*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['cli/**/*.ts', 'scripts/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/chaos/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/setup/**/*.ts', 'jest.config.js', 'eslint.config.js'],
    rules: { 'no-restricted-exports': 'off', 'no-console': 'off' },
  },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'writable' } } },
);
