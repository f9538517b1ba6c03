// WorkerEngine
