# Written by Gantry from stack.ts. Change that and run `gantry render`: edits here are lost.
# Build from the folder of the stack, so that contexts are found:
#   docker buildx bake -f deploy/docker-bake.hcl production --load
# Bake reads no .env. Where deploy/.env sets REGISTRY or TAG for Compose, let the shell have them first:
#   set -a; . deploy/.env; set +a

# Registry and namespace, such as ghcr.io/acme; empty for images of this machine.
variable "REGISTRY" {
  default = ""
}

# Tag of all images; empty for the environment's own: dev, test, latest.
variable "TAG" {
  default = ""
}

# Version and commit, for the images' labels.
variable "VERSION" {
  default = ""
}

# Commit that is built.
variable "REVISION" {
  default = ""
}

# Seconds since 1970 that images are dated with, so that the same source gives the same image.
variable "SOURCE_DATE_EPOCH" {
  default = ""
}

# File with further certificate authorities, for networks that inspect traffic; it is in no layer.
variable "EXTRA_CA" {
  default = ""
}

# An image's name in the registry, or on this machine when REGISTRY is empty.
function "tagged" {
  params = [repository, tag]
  result = [join("", [REGISTRY == "" ? "" : "${REGISTRY}/", repository, ":", TAG == "" ? tag : TAG])]
}

group "default" {
  targets = ["production"]
}

group "dev" {
  targets = ["flower-dev", "web-dev"]
}

group "test" {
  targets = ["flower-test", "web-test", "web-tests-test"]
}

group "production" {
  targets = ["flower", "web"]
}

target "_base" {
  args = {
    "SOURCE_DATE_EPOCH" = SOURCE_DATE_EPOCH == "" ? null : SOURCE_DATE_EPOCH
  }
  secret = EXTRA_CA == "" ? [] : ["id=extra-ca,src=${EXTRA_CA}"]
}

target "_release" {
  labels = {
    "org.opencontainers.image.version" = VERSION
    "org.opencontainers.image.revision" = REVISION
  }
}

target "flower-dev" {
  inherits = ["_base"]
  context = "flower"
  dockerfile = "../deploy/flower.Dockerfile"
  target = "dev"
  tags = tagged("aaronspindler-flower", "dev")
}

target "web-dev" {
  inherits = ["_base"]
  context = "."
  dockerfile = "deploy/web.Dockerfile"
  target = "dev"
  tags = tagged("aaronspindler-web", "dev")
}

target "flower-test" {
  inherits = ["_base"]
  context = "flower"
  dockerfile = "../deploy/flower.Dockerfile"
  target = "production"
  tags = tagged("aaronspindler-flower", "test")
}

target "web-test" {
  inherits = ["_base"]
  context = "."
  dockerfile = "deploy/web.Dockerfile"
  target = "production"
  tags = tagged("aaronspindler-web", "test")
}

target "web-tests-test" {
  inherits = ["_base"]
  context = "."
  dockerfile = "deploy/web.Dockerfile"
  target = "test"
  tags = tagged("aaronspindler-web-tests", "test")
}

target "flower" {
  inherits = ["_base", "_release"]
  context = "flower"
  dockerfile = "../deploy/flower.Dockerfile"
  target = "production"
  tags = tagged("aaronspindler-flower", "latest")
}

target "web" {
  inherits = ["_base", "_release"]
  context = "."
  dockerfile = "deploy/web.Dockerfile"
  target = "production"
  tags = tagged("aaronspindler-web", "latest")
}

# From the stack's overrides.
group "essential" {
  targets = ["web"]
}
