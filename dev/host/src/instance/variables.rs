//! `fermyon:spin/variables`: a component reads the variables that its own table lists, and no others.

use crate::app::check_name;
use crate::bindings::fermyon::spin::variables::{Error, Host};
use crate::instance::State;

impl Host for State {
    async fn get(&mut self, name: String) -> Result<String, Error> {
        check_name(&name).map_err(Error::InvalidName)?;
        let component = &self.component;
        component
            .variables
            .get(&name)
            .cloned()
            .ok_or_else(|| Error::Undefined(format!("no variable for {:?}.{name:?}", &*component.name)))
    }
}
