//! What all operators of ours have in common, said to tract once.

use std::fmt::Debug;
use std::sync::Arc;
use tract_core::internal::*;
use tract_onnx::tract_hir::infer::{InferenceResult, Solver, TensorProxy};
use tract_onnx::tract_hir::ops::expandable::Expansion;

/// What one of our operators computes: one output, of floats, whose shape follows from that of the first input.
pub(super) trait Kernel: Debug + Send + Sync + 'static {
    /// The operator's name in profiles.
    fn name(&self) -> &'static str;

    /// Shape of the output for that of the first input.
    fn shape(&self, first: &[TDim]) -> TVec<TDim> {
        first.into()
    }

    /// The output.
    fn run(&self, inputs: TVec<TValue>) -> TractResult<Tensor>;
}

/// The shape `first` with rows of another width.
pub(super) fn rows_of(first: &[TDim], width: usize) -> TVec<TDim> {
    let mut shape: TVec<TDim> = first.into();
    if let Some(last) = shape.last_mut() {
        *last = width.to_dim();
    }
    shape
}

/// A kernel as an operator of tract.
#[derive(Debug, Clone)]
pub(super) struct Operator(Arc<dyn Kernel>);

impl Operator {
    pub(super) fn new(kernel: impl Kernel) -> Self {
        Self(Arc::new(kernel))
    }
}

/// Two operators are one when they share their weights.
impl PartialEq for Operator {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Operator {}

impl Op for Operator {
    fn name(&self) -> StaticName {
        self.0.name().into()
    }

    op_as_typed_op!();
}

impl EvalOp for Operator {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        Ok(tvec!(self.0.run(inputs)?.into_tvalue()))
    }
}

impl TypedOp for Operator {
    as_op!();

    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec!(f32::fact(self.0.shape(&inputs[0].shape))))
    }
}

impl Expansion for Operator {
    fn name(&self) -> StaticName {
        self.0.name().into()
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        model.wire_node(prefix, self.clone(), inputs)
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        solver.equals(&outputs[0].datum_type, f32::datum_type())?;
        solver.given(&inputs[0].shape, move |solver, shape| {
            solver.equals(&outputs[0].shape, self.0.shape(&shape))
        })
    }
}

/// The numbers of a tensor of floats.
pub(super) fn floats(tensor: &Tensor) -> TractResult<&[f32]> {
    tensor.try_as_plain_ram()?.as_slice::<f32>()
}

/// A tensor of floats that `write` fills.
pub(super) fn filled(shape: &[usize], write: impl FnOnce(&mut [f32])) -> TractResult<Tensor> {
    let mut tensor = Tensor::zero::<f32>(shape)?;
    write(tensor.try_as_plain_ram_mut()?.as_slice_mut::<f32>()?);
    Ok(tensor)
}
