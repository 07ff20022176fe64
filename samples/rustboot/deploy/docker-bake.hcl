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
  targets = ["app-dev", "nginx-dev"]
}

group "test" {
  targets = ["app-test", "app-alpine-test", "app-debian-test", "app-tests-test", "nginx-test"]
}

group "production" {
  targets = ["app", "nginx"]
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

target "app-dev" {
  inherits = ["_base"]
  context = "app"
  dockerfile = "../deploy/app.Dockerfile"
  target = "dev"
  tags = tagged("rustboot-app", "dev")
}

target "nginx-dev" {
  inherits = ["_base"]
  context = "deploy/nginx/nginx"
  dockerfile = "../../nginx.Dockerfile"
  target = "dev"
  tags = tagged("rustboot-nginx", "dev")
}

target "app-test" {
  inherits = ["_base"]
  context = "app"
  dockerfile = "../deploy/app.Dockerfile"
  target = "production"
  tags = tagged("rustboot-app", "test")
}

target "app-alpine-test" {
  inherits = ["_base"]
  context = "app"
  dockerfile = "../deploy/app-alpine.Dockerfile"
  target = "production"
  tags = tagged("rustboot-app-alpine", "test")
}

target "app-debian-test" {
  inherits = ["_base"]
  context = "app"
  dockerfile = "../deploy/app-debian.Dockerfile"
  target = "production"
  tags = tagged("rustboot-app-debian", "test")
}

target "app-tests-test" {
  inherits = ["_base"]
  context = "app"
  dockerfile = "../deploy/app.Dockerfile"
  target = "test"
  tags = tagged("rustboot-app-tests", "test")
}

target "nginx-test" {
  inherits = ["_base"]
  context = "deploy/nginx/nginx"
  dockerfile = "../../nginx.Dockerfile"
  target = "test"
  tags = tagged("rustboot-nginx", "test")
}

target "app" {
  inherits = ["_base", "_release"]
  context = "app"
  dockerfile = "../deploy/app.Dockerfile"
  target = "production"
  tags = tagged("rustboot-app", "latest")
}

target "nginx" {
  inherits = ["_base", "_release"]
  context = "deploy/nginx/nginx"
  dockerfile = "../../nginx.Dockerfile"
  target = "production"
  tags = tagged("rustboot-nginx", "latest")
}
