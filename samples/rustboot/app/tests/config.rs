//! Which setting counts, without any server.

use std::collections::HashMap;
use std::path::Path;

use rustboot::config::Config;

struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("rustboot-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::copy("config/app.toml", path.join("app.toml")).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.0.join(name), text).unwrap();
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn read(folder: &Path, variables: &[(&str, &str)]) -> Result<Config, String> {
    let mut all = HashMap::from([("DATABASE_URL", "postgres://a@b/c"), ("REDIS_URL", "redis://d:6379/0")]);
    all.extend(variables.iter().copied());
    Config::read(folder, |name| all.get(name).map(ToString::to_string)).map_err(|error| error.to_string())
}

#[test]
fn the_file_then_the_environments_file_then_variables() {
    let folder = Folder::new("layers");
    let key = folder.write("key", "secret\n");
    folder.write("production.toml", "[database]\npool_size = 40\n[limit]\nrequests = 7\n");
    let own = [("API_KEY_FILE", key.as_str())];
    let limits = |config: Config| (config.settings.database.pool_size, config.settings.limit.requests);

    assert_eq!(limits(read(&folder.0, &own).unwrap()), (10, 300));
    let production = [own[0], ("ENVIRONMENT", "production")];
    assert_eq!(limits(read(&folder.0, &production).unwrap()), (40, 7));
    let overridden = [own[0], ("ENVIRONMENT", "production"), ("LIMIT_REQUESTS", "9")];
    assert_eq!(limits(read(&folder.0, &overridden).unwrap()), (40, 9));
}

#[test]
fn secrets_come_from_files_and_nowhere_else() {
    let folder = Folder::new("secrets");
    let key = folder.write("key", "secret\n");
    let config = read(&folder.0, &[("API_KEY_FILE", &key)]).unwrap();
    assert_eq!(config.api_key, "secret");
    assert_eq!(read(&folder.0, &[("API_KEY", "secret")]).err().unwrap(), "API_KEY_FILE is not set");
    assert!(read(&folder.0, &[("API_KEY_FILE", "/nowhere")]).err().unwrap().starts_with("API_KEY_FILE: /nowhere: "));
}

#[test]
fn a_wrong_setting_is_named() {
    let folder = Folder::new("wrong");
    let key = folder.write("key", "secret");
    let wrong = |variables: &[(&str, &str)]| {
        let all: Vec<_> = [("API_KEY_FILE", key.as_str())].into_iter().chain(variables.iter().copied()).collect();
        read(&folder.0, &all).err().unwrap()
    };
    assert_eq!(wrong(&[("LIMIT_REQUESTS", "many")]), "LIMIT_REQUESTS is \"many\", and should be a whole number");
    folder.write("test.toml", "[limit]\nrequest = 5\n");
    let reason = wrong(&[("ENVIRONMENT", "test")]);
    assert!(reason.contains("unknown field `request`"), "{reason}");
}
