import { testIntegration } from './matrix.js'
import spec from './cohere.case.js'

testIntegration(spec, 'cohere.case.ts')
