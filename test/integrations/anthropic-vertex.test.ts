import spec from './anthropic-vertex.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'anthropic-vertex.case.ts')
