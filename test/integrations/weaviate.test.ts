import spec from './weaviate.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'weaviate.case.ts')
