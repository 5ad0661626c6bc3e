/** What each entry weighs, minified and compressed, without its dependencies, and what one provider comes to. */
const dependencies = ['@opentelemetry/*', 'eventsource-parser']

// `tracestitch` and `tracestitch/auto` carry every wire format (about 100 kB) and every row of the catalogue (about
// 12 kB): the client to speak them, autolog to read them. The limits are what that comes to, and 5 %.
const forNode = (config) => ({ ...config, platform: 'node', format: 'esm', tsconfigRaw: '{}' })
const entry = (name, limit) => ({
  name: name === 'index' ? 'tracestitch' : `tracestitch/${name}`,
  path: `dist/${name}.js`,
  limit,
  ignore: dependencies,
  modifyEsbuildConfig: forNode,
})

/** A client of one provider, as a bundler leaves it. */
const one = (format, row, limit) => ({
  name: `createClientWith ${format}, ${row}`,
  path: ['dist/core.js', 'dist/protocols.js', 'dist/providers.js'],
  import: {
    'dist/core.js': '{ createClientWith }',
    'dist/protocols.js': `{ ${format} }`,
    'dist/providers.js': `{ ${row} }`,
  },
  limit,
  ignore: dependencies,
  modifyEsbuildConfig: forNode,
})

export default [
  entry('index', '262 kB'),
  entry('auto', '181 kB'),
  entry('config', '10 kB'),
  entry('core', '136 kB'),
  entry('protocols', '106 kB'),
  entry('providers', '14.2 kB'),
  entry('redis', '15.7 kB'),
  entry('testing', '5 kB'),
  one('openaiChat', 'openai', '149 kB'),
  one('anthropicMessages', 'anthropic', '154 kB'),
]
