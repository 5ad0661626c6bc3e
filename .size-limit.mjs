/** What each entry weighs, minified and compressed, without its dependencies. */
const dependencies = ['@opentelemetry/*', '@pydantic/genai-prices', 'eventsource-parser', 'zod']

const forNode = (config) => ({ ...config, platform: 'node', format: 'esm' })

export default [
  { name: 'tracestitch', path: 'dist/index.js', limit: '60 kB', ignore: dependencies, modifyEsbuildConfig: forNode },
  {
    name: 'tracestitch/auto',
    path: 'dist/auto.js',
    limit: '60 kB',
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
