variable "REGISTRY" {
  default = "ghcr.io/aaronspindler"
}

variable "TAG" {
  default = "latest"
}

target "web" {
  dockerfile = "deployment/Dockerfile"
  context = "."
  tags = ["${REGISTRY}/aaronspindler.com-web:${TAG}"]
  cache-from = ["type=registry,ref=${REGISTRY}/aaronspindler.com-web:buildcache"]
  cache-to = ["type=registry,ref=${REGISTRY}/aaronspindler.com-web:buildcache,mode=max"]
  platforms = ["linux/amd64"]
}

target "celery" {
  dockerfile = "deployment/celery.Dockerfile"
  context = "."
  tags = ["${REGISTRY}/aaronspindler.com-celery:${TAG}"]
  inherits = ["web"]
}

target "celerybeat" {
  dockerfile = "deployment/celerybeat.Dockerfile"
  context = "."
  tags = ["${REGISTRY}/aaronspindler.com-celerybeat:${TAG}"]
  inherits = ["web"]
}

target "flower" {
  dockerfile = "deployment/flower.Dockerfile"
  context = "."
  tags = ["${REGISTRY}/aaronspindler.com-flower:${TAG}"]
  inherits = ["web"]
}

group "production" {
  targets = ["web", "celery", "celerybeat", "flower"]
}
