/** Two suites: `fast` for every change, `e2e` for real processes. Every test file of the repository belongs to one of them. */
import { defineConfig } from 'vitest/config'

const e2e = 'test/e2e/**/*.test.ts'

/** Where to write the results as JSON too; `.ci/run` counts them. */
const results = process.env.TEST_RESULTS

export default defineConfig({
  test: {
    reporters: results === undefined ? ['default'] : ['default', ['json', { outputFile: results }]],
    projects: [
      {
        test: {
          name: 'fast',
          include: ['**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', e2e],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: [e2e],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
