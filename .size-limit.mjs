/** What each entry weighs, minified and compressed, without its dependencies, and what one provider comes to. */
const dependencies = ['@opentelemetry/*', 'eventsource-parser', 'tracestitch/prices.json']

// `tracestitch` and `tracestitch/auto` carry every wire format (about 100 kB) and every row of the catalogue (about
// 12 kB): the client to speak them, autolog to read them. The limits are what that comes to, and 5 %.
const forNode = (config) => ({ ...config, platform: 'node', format: 'esm', tsconfigRaw: '{}' })
const entry = (name, limit) => ({
  name: name === 'index' ? 'tracestitch' : `tracestitch/${name}`,
  // What a bundler reads.
  path: name === 'auto' ? 'dist/auto.js' : `dist/${name}.parts.js`,
  limit,
  ignore: dependencies,
  modifyEsbuildConfig: forNode,
})

/** A client of one provider, as a bundler leaves it. */
const one = (format, row, limit) => ({
  name: `createClientWith ${format}, ${row}`,
  path: ['dist/core.parts.js', 'dist/protocols.parts.js', 'dist/providers.parts.js'],
  import: {
    'dist/core.parts.js': '{ createClientWith }',
    'dist/protocols.parts.js': `{ ${format} }`,
    'dist/providers.parts.js': `{ ${row} }`,
  },
  limit,
  ignore: dependencies,
  modifyEsbuildConfig: forNode,
})

export default [
  entry('index', '344 kB'),
  entry('ai-sdk', '12 kB'),
  entry('auto', '248 kB'),
  entry('bundler', '81 kB'),
  entry('config', '14 kB'),
  entry('core', '172 kB'),
  entry('protocols', '116 kB'),
  entry('providers', '22.5 kB'),
  entry('redis', '22.8 kB'),
  entry('testing', '6.7 kB'),
  one('openaiChat', 'openai', '184 kB'),
  one('anthropicMessages', 'anthropic', '190 kB'),
]
