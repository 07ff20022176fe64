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
  targets = ["api-dev", "edge-dev", "edge-site-dev"]
}

group "test" {
  targets = ["api-test", "api-tests-test", "edge-test", "edge-site-test"]
}

group "production" {
  targets = ["api", "edge", "edge-site"]
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

target "api-dev" {
  inherits = ["_base"]
  context = "server"
  dockerfile = "../deploy/api.Dockerfile"
  target = "dev"
  tags = tagged("parcel-api", "dev")
}

target "edge-dev" {
  inherits = ["_base"]
  context = "deploy/nginx/edge"
  dockerfile = "../../edge.Dockerfile"
  target = "dev"
  tags = tagged("parcel-edge", "dev")
}

target "edge-site-dev" {
  inherits = ["_base"]
  context = "web"
  dockerfile = "../deploy/edge-site.Dockerfile"
  target = "dev"
  tags = tagged("parcel-edge-site", "dev")
}

target "api-test" {
  inherits = ["_base"]
  context = "server"
  dockerfile = "../deploy/api.Dockerfile"
  target = "production"
  tags = tagged("parcel-api", "test")
}

target "api-tests-test" {
  inherits = ["_base"]
  context = "server"
  dockerfile = "../deploy/api.Dockerfile"
  target = "test"
  tags = tagged("parcel-api-tests", "test")
}

target "edge-test" {
  inherits = ["_base"]
  context = "deploy/nginx/edge"
  dockerfile = "../../edge.Dockerfile"
  target = "test"
  tags = tagged("parcel-edge", "test")
}

target "edge-site-test" {
  inherits = ["_base"]
  context = "web"
  dockerfile = "../deploy/edge-site.Dockerfile"
  target = "production"
  tags = tagged("parcel-edge-site", "test")
}

target "api" {
  inherits = ["_base", "_release"]
  context = "server"
  dockerfile = "../deploy/api.Dockerfile"
  target = "production"
  tags = tagged("parcel-api", "latest")
}

target "edge" {
  inherits = ["_base", "_release"]
  context = "deploy/nginx/edge"
  dockerfile = "../../edge.Dockerfile"
  target = "production"
  tags = tagged("parcel-edge", "latest")
}

target "edge-site" {
  inherits = ["_base", "_release"]
  context = "web"
  dockerfile = "../deploy/edge-site.Dockerfile"
  target = "production"
  tags = tagged("parcel-edge-site", "latest")
}
