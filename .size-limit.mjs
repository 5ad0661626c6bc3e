/** What each entry weighs, minified and compressed, without its dependencies. */
const dependencies = ['@opentelemetry/*', '@pydantic/genai-prices', 'eventsource-parser', 'zod']

// Both entries carry every wire format (about 60 kB) and every row of the catalogue (about 11 kB): the client to
// speak them, autolog to read them. `test/bench/size.mjs` says what one format and one provider alone would weigh.
// The limits are what that comes to, and 5 %.
const forNode = (config) => ({ ...config, platform: 'node', format: 'esm' })

export default [
  { name: 'tracestitch', path: 'dist/index.js', limit: '133 kB', ignore: dependencies, modifyEsbuildConfig: forNode },
  {
    name: 'tracestitch/auto',
    path: 'dist/auto.js',
    limit: '117.5 kB',
    ignore: dependencies,
    modifyEsbuildConfig: forNode,
  },
  {
    name: 'tracestitch/testing',
    path: 'dist/testing.js',
    limit: '8 kB',
    ignore: dependencies,
    modifyEsbuildConfig: forNode,
  },
]
