import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/apps/**', 'test/.apps/**'],
    // Child processes with real SDKs take seconds on a small machine.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
