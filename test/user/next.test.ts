/** The configuration of Next.js, which bundles what it is not told to leave out. */
import { expect, test } from 'vitest'
import { integrations } from '../../integrations/index.js'
import { withAutolog } from '../../src/bundler.js'

const all = ['tracestitch', ...integrations.flatMap(({ packages }) => packages)]

test('leaves tracestitch and every SDK out of the bundle', () => {
  expect(withAutolog().serverExternalPackages).toEqual(all)
})

test('keeps the settings of the configuration, and lists nothing twice', () => {
  const config = { reactStrictMode: true, serverExternalPackages: ['sharp', 'openai'] }
  const made = withAutolog(config)
  expect(made.reactStrictMode).toBe(true)
  expect(made.serverExternalPackages.slice(0, 2)).toEqual(['sharp', 'openai'])
  expect([...made.serverExternalPackages].sort()).toEqual(['sharp', ...all].sort())
  expect(config.serverExternalPackages).toEqual(['sharp', 'openai'])
})

test('leaves out what Next.js transpiles, since it refuses a package that is in both lists', () => {
  const { serverExternalPackages } = withAutolog({ transpilePackages: ['openai'] })
  expect(serverExternalPackages).not.toContain('openai')
  expect(serverExternalPackages).toContain('@anthropic-ai/sdk')
})

test('takes a function that makes the configuration, at once or later', async () => {
  const made = withAutolog(async (phase: string) => ({ distDir: phase }))
  expect(await made('phase-production-build')).toMatchObject({
    distDir: 'phase-production-build',
    serverExternalPackages: all,
  })
})
