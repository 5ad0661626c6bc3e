import spec from './vertexai.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'vertexai.case.ts')
